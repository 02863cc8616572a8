import { shallowRef } from 'vue'
import type { Certificate } from '@shared/api'

/** The certificate is shown once, right after the cancellation; the person saves it. */
export const certificate = shallowRef<Certificate | null>(null)
