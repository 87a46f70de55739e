// Which connections of a run are those of its plain battery: the first that pipeline, up to the end of all of them.
import pg from 'pg'

/**
 * Watches what the harness opens from now on. `first` is awaited before any of them connects, `over` called when all have
 * ended; then `ms` tells how long it took.
 */
export function watchCrew({ first = () => Promise.resolve(), over }) {
  const { connect } = pg.Client.prototype
  const clients = new Set()
  const open = new Set()
  const crew = { clients, ms: undefined }
  let ready, started
  const leave = (client) => {
    open.delete(client)
    if (open.size > 0) return
    crew.ms = performance.now() - started
    over()
  }
  pg.Client.prototype.connect = async function (...parameters) {
    if (this.pipeline && open.size === clients.size) {
      clients.add(this)
      open.add(this)
      this.once('end', () => leave(this))
      ready ??= first(this)
      await ready
      started ??= performance.now()
    }
    return connect.apply(this, parameters)
  }
  return crew
}
