import { createRouter, createWebHashHistory } from 'vue-router'
import { staff, startPage } from './app/staff'
import LoginPage from './features/login/LoginPage.vue'

export const router = createRouter({
	history: createWebHashHistory(),
	routes: [
		{ path: '/login', component: LoginPage },
		{ path: '/', redirect: () => startPage(staff.current?.role ?? '') },
		{ path: '/cases', component: () => import('./features/cases/CasesPage.vue') },
		{ path: '/cases/:id', component: () => import('./features/cases/CasePage.vue'), props: true },
		{ path: '/complaints', component: () => import('./features/complaints/ComplaintsPage.vue') },
		{ path: '/releases', component: () => import('./features/releases/ReleasesPage.vue') },
		{ path: '/releases/:number', component: () => import('./features/releases/ReleasePage.vue'), props: true },
		{ path: '/releases/:number/edit', component: () => import('./features/releases/EditPage.vue'), props: true },
		{ path: '/assessments', component: () => import('./features/assessments/AssessmentsPage.vue') },
		{ path: '/assessments/:id', component: () => import('./features/assessments/AssessmentPage.vue'), props: true },
		{ path: '/clauses', component: () => import('./features/clauses/ClausesPage.vue') },
		{ path: '/decisions', component: () => import('./features/clauses/DecisionsPage.vue') },
		{ path: '/announcements', component: () => import('./features/announcements/AnnouncementsPage.vue') },
		{ path: '/requests', component: () => import('./features/requests/RequestsPage.vue') },
		{ path: '/requests/:id', component: () => import('./features/requests/RequestPage.vue'), props: true },
		{ path: '/guardians', component: () => import('./features/guardians/GuardiansPage.vue') },
		{ path: '/guardians/:id', component: () => import('./features/guardians/GuardianTaskPage.vue'), props: true },
		{ path: '/grounds', component: () => import('./features/grounds/GroundsPage.vue') },
		{ path: '/grounds/new', component: () => import('./features/grounds/NewGroundUsePage.vue') },
		{ path: '/grounds/:id', component: () => import('./features/grounds/GroundUsePage.vue'), props: true },
		{ path: '/publications', component: () => import('./features/grounds/GroundsPage.vue'), props: { publications: true } },
		{ path: '/publications/new', component: () => import('./features/grounds/NewGroundUsePage.vue'), props: { publishes: true } },
		{ path: '/publications/:id', component: () => import('./features/grounds/GroundUsePage.vue'), props: (route) => ({ id: route.params.id, publishes: true }) },
		{ path: '/duties', component: () => import('./features/duties/DutiesPage.vue') },
		{ path: '/security', component: () => import('./features/security/SecurityPage.vue') },
		{ path: '/incidents', component: () => import('./features/incidents/IncidentsPage.vue') },
		{ path: '/incidents/:id', component: () => import('./features/incidents/IncidentPage.vue'), props: true },
		{ path: '/outages', component: () => import('./features/security/OutagesPage.vue') },
		{ path: '/security-events', component: () => import('./features/security/SecurityEventsPage.vue') },
		{ path: '/analysis', component: () => import('./features/analysis/AnalysisPage.vue') },
		{ path: '/transfers', component: () => import('./features/transfers/TransfersPage.vue') },
		{ path: '/transfers/:id', component: () => import('./features/transfers/TransferPage.vue'), props: true },
		{ path: '/promotions', component: () => import('./features/promotions/PromotionsPage.vue') },
		{ path: '/papers', component: () => import('./features/papers/PapersPage.vue') },
		{ path: '/ends', component: () => import('./features/incidents/EndsPage.vue') },
		{ path: '/:missing(.*)*', redirect: '/' },
	],
})

router.beforeEach((to) => {
	if (to.path !== '/login' && !staff.current) return '/login'
	if (to.path === '/login' && staff.current) return startPage(staff.current.role)
	return true
})
