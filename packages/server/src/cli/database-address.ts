/** A PostgreSQL database as people know it: `db.example.com/parley`, without name and password. */
export function databaseAddress(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
