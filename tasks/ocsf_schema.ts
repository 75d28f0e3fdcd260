/**
 * Writes what the tests of the OCSF format need of the published schema.
 *
 * Takes `ocsf/VERSION.json` of the Python package ocsf-json-schema (`pip download --no-deps
 * ocsf-json-schema==1.2.0`, a zip archive), which is the schema as its server exports it.
 */
import { EVENTS } from "../src/schema/mod.ts";
import { OCSF_EVENTS, OCSF_VERSION } from "../src/sinks/mapping/ocsf_table.ts";
import { ROOT } from "./shared/paths.ts";
import { asProgram, TaskError } from "./shared/task.ts";

interface Attribute {
  readonly type: string;
  readonly object_type?: string;
  readonly is_array?: boolean;
  readonly requirement?: string;
  readonly profiles?: readonly string[] | null;
  readonly enum?: Readonly<Record<string, unknown>>;
}

interface Described {
  readonly uid?: number;
  readonly name: string;
  readonly category_uid?: number;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly constraints?: { readonly at_least_one?: readonly string[] };
}

interface Schema {
  readonly version: string;
  readonly classes: Readonly<Record<string, Described>>;
  readonly objects: Readonly<Record<string, Described>>;
}

await asProgram(import.meta.main, async () => {
  const [path] = Deno.args;
  if (path === undefined) throw new TaskError("usage: deno run -A tasks/ocsf_schema.ts FILE");
  const schema: Schema = JSON.parse(await Deno.readTextFile(path));
  if (schema.version !== OCSF_VERSION) throw new TaskError(`${path} is not ${OCSF_VERSION}`);
  const uids = new Set(EVENTS.map(({ id }) => OCSF_EVENTS[id].constants.class_uid));
  const classes = Object.values(schema.classes).filter(({ uid }) => uids.has(uid!));
  const objects = new Map<string, Described>();
  const visit = ({ attributes }: Described) => {
    for (const { object_type } of Object.values(attributes)) {
      if (object_type === undefined || objects.has(object_type)) continue;
      objects.set(object_type, schema.objects[object_type]);
      visit(schema.objects[object_type]);
    }
  };
  classes.forEach(visit);
  const extract = {
    source: "ocsf-json-schema 1.2.0 (PyPI)",
    version: schema.version,
    classes: Object.fromEntries(
      classes.map((one) => [one.uid, { category_uid: one.category_uid, ...described(one) }]),
    ),
    objects: Object.fromEntries([...objects].map(([name, one]) => [name, described(one)])),
  };
  const target = `${ROOT}/src/sinks/mapping/testdata/ocsf.json`;
  await Deno.writeTextFile(target, `${JSON.stringify(extract).replaceAll('},"', '},\n"')}\n`);
});

function described({ attributes, constraints }: Described) {
  const short = Object.entries(attributes).map(([name, attribute]) => {
    const { type, object_type, is_array, requirement, profiles } = attribute;
    return [name, {
      type: object_type === undefined ? type : `>${object_type}`,
      ...(is_array ? { array: true } : {}),
      ...(requirement === "required" ? { required: true } : {}),
      ...(profiles ? { profiles } : {}),
      ...(attribute.enum && type === "integer_t"
        ? { enum: Object.keys(attribute.enum).map(Number) }
        : {}),
    }];
  });
  return {
    ...(constraints?.at_least_one ? { at_least_one: constraints.at_least_one } : {}),
    attributes: Object.fromEntries(short),
  };
}
