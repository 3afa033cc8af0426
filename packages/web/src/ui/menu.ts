import type { Component } from 'vue'
import { lazyPart } from '@/browser/lazy-part.ts'

/** One act in a menu; `separator` draws a line before it. `select` runs after the menu has closed. */
export interface MenuItem {
  key: string
  label: string
  icon?: Component
  danger?: boolean
  disabled?: boolean
  shortcut?: string
  separator?: boolean
  select(): void
}

/** Items, or a function that makes them when the menu opens (better for rows of long lists). */
export type MenuItems = MenuItem[] | (() => MenuItem[])

/** What a menu opens beside: an element, or a point as a rectangle without size. */
export interface MenuAnchor {
  getBoundingClientRect(): DOMRect
}

/** The items that a menu shows now. */
export function itemsOf(items: MenuItems): MenuItem[] {
  return typeof items === 'function' ? items() : items
}

/** Loads the floating list, so that the first menu opens at once; called when the page is idle. */
export const loadMenuList = () => import('./MenuList.vue')

/** The floating list, which is not part of the first load. */
export const MenuList = lazyPart(loadMenuList)
