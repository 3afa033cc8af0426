import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { followUpdates, keepPages } from './browser/service-worker.ts'
import { i18n, textsReady } from './i18n/index.ts'
import { router } from './router.ts'
import { startSession } from './stores/start.ts'
import './theme/base.css'

followUpdates()
keepPages()

const app = createApp(App)
app.use(createPinia())
app.use(i18n)
startSession()
app.use(router)
// In another language than Chinese the texts are on their way; the connection is being made meanwhile.
void textsReady().then(() => app.mount('#app'))
