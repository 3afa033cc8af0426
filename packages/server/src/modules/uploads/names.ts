import type { Database } from '../../storage/index.ts'

/** What an uploaded file was called by who sent it; its address tells nothing of that. */
export async function uploadName(db: Database, path: string): Promise<string | undefined> {
  const row = await db.read.selectFrom('upload').select('name').where('path', '=', path).executeTakeFirst()
  return row?.name
}
