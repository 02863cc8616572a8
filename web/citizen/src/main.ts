import { createApp } from 'vue'
import 'vant/lib/index.css'
import './styles/base.css'
import App from './App.vue'
import { router } from './router'
import { startTextScale } from './app/textScale'

startTextScale()
createApp(App).use(router).mount('#app')
