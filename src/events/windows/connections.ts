/** Records about connections and datagrams -> events 3. */
import { type FieldValue, MISSING } from "../event.ts";
import { Flows } from "./flows.ts";
import type { Fields, Told } from "./told.ts";
import { numberField, textField, type TraceRecord } from "./trace_record.ts";

/** Tells who is connected with whom. */
export class Connections {
  readonly #flows = new Flows();
  readonly #actor: (pid: number | undefined) => Fields;

  /** `actor`: the fields of who did it. */
  constructor(actor: (pid: number | undefined) => Fields) {
    this.#actor = actor;
  }

  /** What the record tells; `initiated`: by the process itself. */
  tell(record: TraceRecord, initiated: boolean): Told | undefined {
    const pid = numberField(record, "pid") ?? record.pid ?? 0;
    const isUdp = record.event.startsWith("Udp");
    const local = {
      address: textField(record, "localAddress"),
      port: numberField(record, "localPort") ?? MISSING,
    };
    const remote = {
      address: textField(record, "remoteAddress"),
      port: numberField(record, "remotePort") ?? MISSING,
    };
    const flow = `${pid} ${local.address} ${local.port} ${remote.address} ${remote.port}`;
    if (isUdp && !this.#flows.isNew(flow, record.time ?? 0)) return undefined;
    const facts = () => ({
      fields: {
        ...this.#actor(pid),
        Protocol: isUdp ? "udp" : "tcp",
        ...ends(initiated, local, remote),
      },
    });
    return { id: 3, facts };
  }
}

/** One end of a connection. */
interface End {
  readonly address: string;
  readonly port: FieldValue;
}

function ends(initiated: boolean, local: End, remote: End): Fields {
  const [source, destination] = initiated ? [local, remote] : [remote, local];
  return {
    Initiated: initiated,
    SourceIsIpv6: source.address.includes(":"),
    SourceIp: source.address || MISSING,
    SourcePort: source.port,
    DestinationIsIpv6: destination.address.includes(":"),
    DestinationIp: destination.address || MISSING,
    DestinationPort: destination.port,
  };
}
