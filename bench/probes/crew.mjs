// Which messages of a run are those of its plain battery: what the pipelining connections send up to the first time that
// each of them tidies up.
import pg from 'pg'

/** What the harness sends on each connection between two kinds of work. */
const isTidying = (text) => typeof text === 'string' && text.includes('pg_advisory_unlock_all')

/**
 * Watches what the harness opens from now on. `first` is awaited before any of them connects, `over` called when all have
 * done their part of the battery; then `ms` tells how long it took.
 */
export function watchCrew({ first = () => Promise.resolve(), over }) {
  const { connect, query } = pg.Client.prototype
  const clients = new Set()
  const working = new Set()
  const crew = { clients, isPart: (client, text) => working.has(client) && !isTidying(text), ms: undefined }
  let ready, started
  const leave = (client) => {
    if (!working.delete(client) || working.size > 0) return
    crew.ms = performance.now() - started
    over()
  }
  pg.Client.prototype.connect = async function (...parameters) {
    if (this.pipeline) {
      clients.add(this)
      working.add(this)
      ready ??= first(this)
      await ready
      started ??= performance.now()
    }
    return connect.apply(this, parameters)
  }
  pg.Client.prototype.query = function (...parameters) {
    const result = query.apply(this, parameters)
    if (working.has(this) && isTidying(parameters[0])) result.then(() => leave(this))
    return result
  }
  return crew
}
