import { createRouter, createWebHashHistory } from 'vue-router'
import { staff } from './app/staff'
import LoginPage from './features/login/LoginPage.vue'

export const router = createRouter({
	history: createWebHashHistory(),
	routes: [
		{ path: '/login', component: LoginPage },
		{ path: '/', redirect: '/cases' },
		{ path: '/cases', component: () => import('./features/cases/CasesPage.vue') },
		{ path: '/cases/:id', component: () => import('./features/cases/CasePage.vue'), props: true },
		{ path: '/:missing(.*)*', redirect: '/cases' },
	],
})

router.beforeEach((to) => {
	if (to.path !== '/login' && !staff.current) return '/login'
	if (to.path === '/login' && staff.current) return '/cases'
	return true
})
