import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import { agreed, askAgain } from './app/choice'
import { useCity } from './app/city'
import { countShown } from './app/counting'
import { goOn, refreshUnread } from './app/notices'
import { session } from './app/session'
import { started } from './app/start'
import { noteVisit } from './app/visits'
import HomePage from './features/home/HomePage.vue'
import InteractionPage from './features/hotline/InteractionPage.vue'
import MessagesPage from './features/messages/MessagesPage.vue'
import MinePage from './features/me/MinePage.vue'
import ServicesPage from './features/services/ServicesPage.vue'

declare module 'vue-router' {
	interface RouteMeta {
		/** Shows the tabs. */
		tab?: string
		/** Needs an accepted policy. */
		agreed?: boolean
		/** Needs a person logged in. */
		person?: boolean
	}
}

const person = { agreed: true, person: true }

const routes: RouteRecordRaw[] = [
	{ path: '/', component: HomePage, meta: { tab: 'home' } },
	{ path: '/services', component: ServicesPage, meta: { tab: 'services' } },
	{ path: '/messages', component: MessagesPage, meta: { tab: 'messages' } },
	{ path: '/mine', component: MinePage, meta: { tab: 'me' } },
	{ path: '/interaction', component: InteractionPage, meta: { tab: 'hotline' } },
	{ path: '/search', component: () => import('./features/services/SearchPage.vue') },
	{ path: '/services/:key', component: () => import('./features/services/ServicePage.vue') },
	{ path: '/services/:key/form', component: () => import('./features/services/QueryPage.vue'), meta: person },
	{ path: '/services/:key/result', component: () => import('./features/services/ResultPage.vue'), meta: person },
	{ path: '/services/:key/ratings', component: () => import('./features/ratings/ServiceRatingsPage.vue') },
	{ path: '/services/:key/apply', component: () => import('./features/hotline/ApplyPage.vue'), meta: person },
	{ path: '/refusal', component: () => import('./features/services/RefusalPage.vue') },
	{ path: '/hotline', component: () => import('./features/hotline/HotlinePage.vue') },
	{ path: '/cases', component: () => import('./features/cases/CasesPage.vue'), meta: person },
	{ path: '/cases/:id', component: () => import('./features/cases/CasePage.vue'), props: true, meta: person },
	{ path: '/policy', component: () => import('./features/firstrun/PolicyPage.vue') },
	{ path: '/login', component: () => import('./features/login/LoginPage.vue'), meta: { agreed: true } },
	{ path: '/reset-password', component: () => import('./features/login/ResetPasswordPage.vue'), meta: { agreed: true } },
	{ path: '/register', component: () => import('./features/register/RegisterPage.vue'), meta: { agreed: true } },
	{ path: '/register/credentials', component: () => import('./features/register/CredentialsPage.vue'), meta: person },
	{ path: '/register/phone', component: () => import('./features/register/BindPhonePage.vue'), meta: person },
	{ path: '/realname', component: () => import('./features/realname/RealnamePage.vue'), meta: person },
	{ path: '/usage', component: () => import('./features/usage/UsagePage.vue'), meta: person },
	{ path: '/usage/overview', component: () => import('./features/usage/OverviewPage.vue'), meta: person },
	{ path: '/usage/:n', component: () => import('./features/usage/UsageEntryPage.vue'), props: true, meta: person },
	{ path: '/mine/info', component: () => import('./features/me/MyInfoPage.vue'), meta: person },
	{ path: '/mine/photo-places', component: () => import('./features/uselog/PhotoPlacesPage.vue'), meta: person },
	{ path: '/mine/use-log', component: () => import('./features/uselog/UseLogPage.vue'), meta: person },
	{ path: '/mine/consents', component: () => import('./features/consents/ConsentsPage.vue'), meta: person },
	{ path: '/mine/partner-data', component: () => import('./features/consents/PartnerDataPage.vue'), meta: person },
	{ path: '/mine/publications', component: () => import('./features/publications/OwnPublicationsPage.vue'), meta: person },
	{ path: '/mine/publications/:id', component: () => import('./features/publications/OwnPublicationPage.vue'), props: true, meta: person },
	{ path: '/mine/permissions', component: () => import('./features/permissions/PermissionsPage.vue'), meta: { agreed: true } },
	{ path: '/mine/permissions/reads', component: () => import('./features/permissions/SensorReadsPage.vue'), meta: person },
	{ path: '/messages/:id', component: () => import('./features/messages/MessagePage.vue'), props: true, meta: person },
	{ path: '/mine/settings/messages', component: () => import('./features/messages/SubscriptionsPage.vue'), meta: person },
	{ path: '/mine/settings', component: () => import('./features/me/SettingsPage.vue') },
	{ path: '/mine/settings/wishes', component: () => import('./features/me/WishesPage.vue'), meta: person },
	{ path: '/mine/settings/preferences', component: () => import('./features/me/PreferencesPage.vue'), meta: person },
	{ path: '/mine/favorites', component: () => import('./features/me/FavoritesPage.vue'), meta: person, beforeEnter: () => useCity().features.history || '/mine' },
	{ path: '/mine/ratings', component: () => import('./features/ratings/MyRatingsPage.vue'), meta: person },
	{ path: '/mine/rights', component: () => import('./features/me/RightsPage.vue') },
	{ path: '/mine/requests', component: () => import('./features/requests/RequestsPage.vue'), meta: person },
	{ path: '/mine/requests/new', component: () => import('./features/requests/RequestNewPage.vue'), meta: person },
	{ path: '/mine/requests/:id', component: () => import('./features/requests/RequestPage.vue'), props: true, meta: person },
	{ path: '/mine/settings/text', component: () => import('./features/me/TextSizePage.vue') },
	{ path: '/mine/settings/security', component: () => import('./features/me/SecurityPage.vue'), meta: person, beforeEnter: () => !!useCity().features.account_page || '/mine/settings' },
	{ path: '/mine/settings/password', component: () => import('./features/me/PasswordPage.vue'), meta: person },
	{ path: '/mine/settings/devices', component: () => import('./features/me/DevicesPage.vue'), meta: person },
	{ path: '/mine/settings/cancel', component: () => import('./features/cancel/CancelPage.vue'), meta: person },
	{ path: '/guardian', component: () => import('./features/guardian/GuardianPage.vue'), meta: { agreed: true } },
	{ path: '/guardian/new', component: () => import('./features/guardian/WardNewPage.vue'), meta: person },
	{ path: '/guardian/uses/:id', component: () => import('./features/guardian/WardUsePage.vue'), props: true, meta: person },
	{ path: '/guardian/wards/:id', component: () => import('./features/guardian/WardPage.vue'), props: true, meta: person },
	{ path: '/cancelled', component: () => import('./features/cancel/CertificatePage.vue') },
	{ path: '/about', component: () => import('./features/me/AboutPage.vue') },
	{ path: '/notices', component: () => import('./features/bulletins/BulletinsPage.vue') },
	{ path: '/promotions', component: () => import('./features/promotions/PromotionsPage.vue'), beforeEnter: () => useCity().features.promotions || '/' },
	{ path: '/promotions/:id', component: () => import('./features/promotions/PromotionPage.vue'), props: true },
	{ path: '/publications', component: () => import('./features/publications/PublicationsPage.vue') },
	{ path: '/about/sdks', component: () => import('./features/registers/SdksPage.vue') },
	{ path: '/about/cookies', component: () => import('./features/registers/CookiesPage.vue') },
	{ path: '/about/statistics', component: () => import('./features/registers/StatisticsPage.vue') },
	{ path: '/about/security', component: () => import('./features/about/SecurityStatementPage.vue') },
	{ path: '/about/definitions', component: () => import('./features/registers/DefinitionsPage.vue') },
	{ path: '/about/items', component: () => import('./features/registers/ItemsPage.vue') },
	{ path: '/:missing(.*)*', redirect: '/' },
]

export const router = createRouter({
	history: createWebHashHistory(),
	routes,
	scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to, from) => {
	await started
	if (to.meta.agreed && !agreed.value) {
		askAgain(to.fullPath)
		return from.matched.length > 0 ? false : '/'
	}
	if (to.meta.person && !session.me) return { path: '/login', query: { then: to.fullPath } }
	return true
})

/** Unread messages are looked for again where the tabs are; going on to something of one's own may answer a closed notice. */
router.afterEach((to, _from, failure) => {
	if (!failure) countShown(to.path)
	if (!failure) noteVisit(to.path)
	if (to.meta.tab) void refreshUnread()
	if (to.meta.person && to.path.startsWith('/services/')) void goOn()
})
