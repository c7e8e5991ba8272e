/* Search on pages that are opened as files, where browsers start no workers: an `iframe-worker` runs
   the worker's script in a hidden frame of the same page instead. */
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super()
      this.waiting = []
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.appendChild(frame)
      const inner = frame.contentWindow
      const script = inner.document.createElement("script")
      // What the script posts to its page arrives here, what the page posts there.
      inner.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
      this.deliver = data => inner.dispatchEvent(new inner.MessageEvent("message", { data }))
      script.src = new URL(url, document.baseURI).href
      script.onload = () => {
        const { waiting } = this
        this.waiting = null
        waiting.forEach(this.deliver)
      }
      script.onerror = () => this.dispatchEvent(new Event("error"))
      inner.document.body.appendChild(script)
    }

    postMessage(data) {
      if (this.waiting) this.waiting.push(data)
      else this.deliver(data)
    }

    terminate() {}
  }
  window.Worker = window.IFrameWorker
}
