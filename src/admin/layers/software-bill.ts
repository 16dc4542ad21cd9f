// The software bill of materials of a layer version: CycloneDX 1.6 as JSON. https://cyclonedx.org/docs/1.6/json/
import type { FoundPackage } from "./packages.ts";

export interface BillSubject {
  /** ARN of the layer version. */
  readonly arn: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly licenseInfo: string;
  /** Of the zip, lower-case hex. */
  readonly sha256: string;
}

export interface BillStamp {
  readonly uuid: string;
  readonly nowMs: number;
  /** Of Lambent. */
  readonly toolVersion: string;
}

export interface Component {
  readonly type: "library";
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly purl: string;
  readonly licenses?: readonly NamedLicense[];
  readonly evidence: { readonly occurrences: readonly { readonly location: string }[] };
}

/** By name: what authors write is not always one of SPDX's identifiers, which the schema wants for `id`. */
interface NamedLicense {
  readonly license: { readonly name: string };
}

export function softwareBill(subject: BillSubject, packages: readonly FoundPackage[], { uuid, nowMs, toolVersion }: BillStamp) {
  const components = componentsOf(packages);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuid}`,
    version: 1,
    metadata: {
      timestamp: new Date(nowMs).toISOString(),
      tools: { components: [{ type: "application", name: "lambent", version: toolVersion }] },
      component: {
        type: "library",
        "bom-ref": subject.arn,
        name: subject.name,
        version: subject.version,
        ...(subject.description === "" ? {} : { description: subject.description }),
        ...(subject.licenseInfo === "" ? {} : { licenses: [{ license: { name: subject.licenseInfo } }] }),
        hashes: [{ alg: "SHA-256", content: subject.sha256 }],
      },
    },
    components,
    // What of these depends on what is not told: a layer is a pile, not a tree.
    dependencies: [{ ref: subject.arn, dependsOn: components.map((component) => component["bom-ref"]) }],
  };
}

/** One a package, with all its places: the same version may lie in a layer many times. */
function componentsOf(packages: readonly FoundPackage[]): readonly Component[] {
  const byPurl = Map.groupBy(packages, purlOf);
  return Array.from(byPurl, ([purl, [first, ...others]]): readonly Component[] => {
    if (first === undefined) return [];
    const { group, name, version, license } = first;
    return [
      {
        type: "library",
        "bom-ref": purl,
        ...(group === undefined ? {} : { group }),
        name,
        ...(version === undefined ? {} : { version }),
        purl,
        ...(license === undefined ? {} : { licenses: [{ license: { name: license } }] }),
        evidence: { occurrences: [first, ...others].map(({ path }) => ({ location: path })) },
      },
    ];
  }).flat();
}

/** https://github.com/package-url/purl-spec; names of Python's index have no case and no `_`. */
function purlOf({ ecosystem, group, name, version }: FoundPackage): string {
  const own = ecosystem === "pypi" ? name.toLowerCase().replaceAll("_", "-") : name;
  const path = [...(group === undefined ? [] : [group]), own].map(encodeURIComponent).join("/");
  return `pkg:${ecosystem}/${path}${version === undefined ? "" : `@${encodeURIComponent(version)}`}`;
}
