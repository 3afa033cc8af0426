import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { onFirstSign } from './browser/first-sign.ts'
import { followUpdates, keepPages } from './browser/service-worker.ts'
import { i18n, textsReady } from './i18n/index.ts'
import { loadConversation, router } from './router.ts'
import { useSession } from './stores/session.ts'
import { startSession } from './stores/start.ts'
import './theme/base.css'
import { useToasts } from './ui/toasts.ts'

followUpdates((reload) => {
  const { t } = i18n.global
  useToasts().reload(t('shell.updated'), reload)
})
keepPages()
onFirstSign(() => {
  if (useSession().signedIn) void loadConversation().catch(() => {})
})

const app = createApp(App)
app.use(createPinia())
app.use(i18n)
startSession()
app.use(router)
// In another language than Chinese the texts are on their way; the connection is being made meanwhile.
void textsReady().then(() => app.mount('#app'))
