import { computed } from 'vue'
import { agreed } from './choice'
import { useCity } from './city'

/** A guest who refused sees the open entries of the catalogue only, where the city says so. */
export const openOnly = computed(() => !agreed.value && useCity().features.guest_browse === 'catalogue')
