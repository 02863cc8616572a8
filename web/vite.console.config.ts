import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { alias, proxy, root } from './vite.shared.ts'

export default defineConfig({
	root: root('./console'),
	base: '/console/',
	plugins: [vue()],
	resolve: { alias },
	server: { proxy },
	build: {
		outDir: root('./dist/console'),
		emptyOutDir: true,
		assetsInlineLimit: 0,
		target: 'es2022',
		chunkSizeWarningLimit: 1200,
	},
})
