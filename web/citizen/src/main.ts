import { createApp } from 'vue'
import 'vant/es/button/style'
import 'vant/es/dialog/style'
import 'vant/es/loading/style'
import 'vant/es/skeleton/style'
import 'vant/es/switch/style'
import 'vant/es/toast/style'
import './styles/base.css'
import App from './App.vue'
import { onLoginRequired } from '@shared/http'
import { showToast } from 'vant'
import { forgetPerson, session } from './app/session'
import { router } from './router'
import { startTextScale } from './app/textScale'

startTextScale()

/* A session that ended while a screen was open: say so, and come back to the screen after logging in. */
onLoginRequired(() => {
	if (!session.me) return
	const { meta, fullPath } = router.currentRoute.value
	forgetPerson()
	if (meta.person) void router.replace({ path: '/login', query: { then: fullPath, ended: '1' } })
	else showToast('登录已失效，请重新登录')
})

createApp(App).use(router).mount('#app')
