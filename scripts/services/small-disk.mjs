// @ts-check
// A disk of a few megabytes in memory, for what must not break when a disk is full.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { sep } from 'node:path'

/** @typedef {import('./service.mjs').Account} Account */

/**
 * Puts an empty disk into an empty folder. It goes with the folder of the service that this is in.
 *
 * @param {string} folder
 * @param {number} megabytes
 * @param {Account | undefined} owner
 * @returns {boolean} false where nobody may do that: only Linux's root may, and not in every container
 */
export function mountSmallDisk(folder, megabytes, owner) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const rights = owner ? `,uid=${owner.uid},gid=${owner.gid}` : ''
  const options = `size=${megabytes}m,mode=700${rights}`
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0
}

/**
 * Takes away the disks that are mounted below a folder.
 *
 * @param {string} folder
 */
export function unmountDisks(folder) {
  if (!existsSync('/proc/mounts')) return
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const mounted = line.split(' ')[1] ?? ''
    // At once, even if a process that is about to end still holds it.
    if (mounted.startsWith(folder + sep)) spawnSync('umount', ['--lazy', mounted])
  }
}
