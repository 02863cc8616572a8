/** What many answers are made of. */

export interface Named {
	key: string
	name: string
}

export interface Page<T> {
	items: T[]
	next: string | null
}
