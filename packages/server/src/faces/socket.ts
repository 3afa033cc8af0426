import { AppError, type Envelope } from '@parley/contract'
import type { SocketIdentity } from '../realtime/index.ts'
import { type Dispatcher, failureEnvelope } from './dispatch.ts'
import { languageOf } from './identity.ts'
import { checkDeep, type Parameters } from './parameters.ts'

/**
 * The websocket's door: a call over the socket is a call on `/web` by the session that opened it. Operations that set
 * a cookie, stream a file or answer with an image stay with HTTP.
 */
export async function callOverSocket(
  dispatcher: Dispatcher,
  identity: SocketIdentity,
  path: string,
  parameters: Parameters,
): Promise<Envelope> {
  const language = languageOf(parameters.lang, identity.language)
  const operation = dispatcher.find(path)
  if (!operation || operation.spec.socket === false)
    return failureEnvelope(new AppError('not_found'), language, path)
  try {
    checkDeep(parameters)
  } catch (error) {
    return failureEnvelope(error, language, path)
  }
  const { envelope } = await dispatcher.call(operation, { ...identity, language }, parameters)
  return envelope
}
