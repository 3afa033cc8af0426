import type { Component } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import ChatList from './chats/ChatList.vue'
import { useSession } from './stores/session.ts'

/** Where a route belongs: the tab that is marked, and whether a phone shows it as a page over that tab. */
declare module 'vue-router' {
  interface RouteMeta {
    tab?: Tab
    page?: boolean
    /** For who is not signed in. */
    visitor?: boolean
    /** On the way to somewhere else: nobody is led back to it. */
    passing?: boolean
  }
}

export type Tab = 'chats' | 'contacts' | 'desk' | 'explore' | 'me'
type Loader = () => Promise<{ default: Component }>

const ContactsList: Loader = () => import('./contacts/ContactsList.vue')
const DeskList: Loader = () => import('./desk/DeskList.vue')
const MeList: Loader = () => import('./me/MeList.vue')
/** What shows a chat; loaded ahead when somebody is at the list. */
export const loadConversation: Loader = () => import('./conversation/ConversationPage.vue')
const NothingChosen: Loader = () => import('./shell/NothingChosen.vue')

/** A tab's own address: the list, and on a desktop an empty place beside it. */
const tabRoute = (path: string, tab: Tab, list: Component | Loader): RouteRecordRaw => ({
  path,
  components: { list, main: NothingChosen },
  meta: { tab },
})

/** A page of a tab: beside its list on a desktop, over it on a phone. */
const pageRoute = (
  path: string,
  tab: Tab,
  list: Component | Loader,
  main: Loader,
  props: true | ((to: RouteLocationNormalized) => object) = true,
): RouteRecordRaw => ({
  path,
  components: { list, main },
  props: { list: false, main: props },
  meta: { tab, page: true },
})

const passing = (route: RouteRecordRaw): RouteRecordRaw => ({
  ...route,
  meta: { ...route.meta, passing: true },
})

const contacts = (path: string, main: Loader) =>
  pageRoute(`/contacts/${path}`, 'contacts', ContactsList, main)
const desk = (path: string, main: Loader) => pageRoute(`/desk/${path}`, 'desk', DeskList, main)
const me = (path: string, main: Loader) => pageRoute(`/me/${path}`, 'me', MeList, main)

const CHAT = '/chat/:type(friend|group)/:id(\\d+)'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/chats' },
  { path: '/signin', components: { main: () => import('./signin/SignInPage.vue') }, meta: { visitor: true } },
  {
    path: '/register',
    components: { main: () => import('./signin/RegisterPage.vue') },
    meta: { visitor: true },
  },
  { path: '/forgot', components: { main: () => import('./signin/ForgotPage.vue') }, meta: { visitor: true } },

  tabRoute('/chats', 'chats', ChatList),
  pageRoute(CHAT, 'chats', ChatList, loadConversation),
  pageRoute(`${CHAT}/details`, 'chats', ChatList, () => import('./conversation/DetailsPage.vue')),

  tabRoute('/contacts', 'contacts', ContactsList),
  contacts('requests', () => import('./contacts/RequestsPage.vue')),
  contacts('groups', () => import('./contacts/GroupsPage.vue')),
  contacts('temporary', () => import('./contacts/TemporaryPage.vue')),
  contacts('subusers', () => import('./contacts/SubUsersPage.vue')),
  contacts('add', () => import('./contacts/AddPage.vue')),
  pageRoute('/person/:uid(\\d+)', 'contacts', ContactsList, () => import('./people/PersonPage.vue')),

  tabRoute('/desk', 'desk', DeskList),
  desk('replies/:kind(welcome|quick|faq)', () => import('./desk/RepliesPage.vue')),
  desk('subusers', () => import('./desk/SubUsersPage.vue')),
  desk('waiting', () => import('./desk/WaitingPage.vue')),

  tabRoute('/me', 'me', MeList),
  me('profile', () => import('./me/ProfilePage.vue')),
  me('password', () => import('./me/PasswordPage.vue')),
  me('devices', () => import('./me/DevicesPage.vue')),
  me('general', () => import('./me/GeneralPage.vue')),
  me('notifications', () => import('./me/NotificationsPage.vue')),
  me('privacy', () => import('./me/PrivacyPage.vue')),
  me('accounts', () => import('./me/AccountsPage.vue')),
  me('qr', () => import('./me/QrPage.vue')),
  me('about', () => import('./me/AboutPage.vue')),

  {
    path: '/explore',
    components: { main: () => import('./shell/ExplorePage.vue') },
    meta: { tab: 'explore', page: false },
  },
  passing(pageRoute('/scan', 'chats', ChatList, () => import('./qr/ScanPage.vue'))),
  passing(
    pageRoute(
      '/q/:kind(u|g)/:rest(.*)',
      'chats',
      ChatList,
      () => import('./qr/LinkPage.vue'),
      ({ params, query }) => ({ ...params, token: String(query.t ?? '') }),
    ),
  ),
  { path: '/:rest(.*)*', redirect: '/chats' },
]

export const router = createRouter({ history: createWebHistory(), routes })

router.beforeEach((to) => {
  const { signedIn } = useSession()
  if (to.meta.visitor) return signedIn ? '/chats' : true
  if (signedIn) return true
  return { path: '/signin', query: to.fullPath === '/chats' ? {} : { next: to.fullPath } }
})
