import type { Operation } from '../../operation.ts'
import { GroupAvatars } from './avatars.ts'
import { Groups } from './groups.ts'
import { GroupLifecycle } from './lifecycle.ts'
import { GroupMembers } from './members.ts'
import { Notices } from './notices.ts'
import { GroupOffices } from './offices.ts'
import { type GroupServices, groupOperations } from './operations.ts'
import { GroupProfiles } from './profile.ts'
import { GroupRoster } from './roster.ts'
import { GroupSilencing } from './silencing.ts'

/** What the module needs of the others: the sum of what its services say that they need. */
type Dependencies = ConstructorParameters<typeof Groups>[0] &
  Omit<
    ConstructorParameters<typeof GroupLifecycle>[0] &
      ConstructorParameters<typeof GroupMembers>[0] &
      ConstructorParameters<typeof GroupProfiles>[0] &
      ConstructorParameters<typeof GroupAvatars>[0],
    'groups' | 'notices'
  >

/** Puts the module together. */
export function createGroups(dependencies: Dependencies): GroupServices & {
  groups: Groups
  operations: Operation[]
} {
  const groups = new Groups(dependencies)
  const common = { ...dependencies, groups, notices: new Notices(dependencies) }
  const services = {
    lifecycle: new GroupLifecycle(common),
    members: new GroupMembers(common),
    roster: new GroupRoster(common),
    offices: new GroupOffices(common),
    profiles: new GroupProfiles(common),
    silencing: new GroupSilencing(common),
    avatars: new GroupAvatars(common),
  }
  return { ...services, groups, operations: groupOperations(services) }
}
