import type { TransferSummary } from '@shared/api'

export const types: Record<TransferSummary['state'], 'info' | 'warning' | 'primary' | 'success' | 'danger'> = {
	waiting: 'warning',
	rejected: 'info',
	telling: 'primary',
	ready: 'primary',
	moving: 'primary',
	moved: 'warning',
	closed: 'success',
}
