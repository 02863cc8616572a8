import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { alias, localIconFont, proxy, root } from './vite.shared.ts'

export default defineConfig({
	root: root('./citizen'),
	plugins: [localIconFont(), vue()],
	resolve: { alias },
	server: { proxy },
	build: {
		outDir: root('./dist'),
		emptyOutDir: true,
		assetsInlineLimit: 0,
		target: 'es2022',
		chunkSizeWarningLimit: 700,
	},
})
