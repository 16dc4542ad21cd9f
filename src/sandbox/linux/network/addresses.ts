// Addresses of the network between sandboxes and the host, link-local as on AWS: they cannot be those of a network that
// the host is in, and never leave it. https://www.rfc-editor.org/rfc/rfc3927

/** The next hop of every sandbox, and where it asks for names: AWS's own address of that. */
export const gateway = "169.254.78.1";

/** Sandboxes that one server can have a network for at a time. */
export const mostSandboxes = 8000;

/** Servers on one machine. */
export const mostServers = 256;

const firstSandbox = toNumber("169.254.64.16");
const firstServer = toNumber("169.254.96.0");

/** Of a sandbox, by its place among those of its server. */
export const sandboxAddress = (place: number): string => {
  const address = firstSandbox + place;
  return toText(address < toNumber(gateway) ? address : address + 1);
};

/** Both ends of the way out of a server's sandboxes, by its place among the servers: a network of four addresses. */
export const uplinkAddresses = (place: number): { readonly host: string; readonly router: string } => ({
  host: toText(firstServer + 4 * place + 1),
  router: toText(firstServer + 4 * place + 2),
});

export const uplinkPrefix = 30;

function toNumber(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((bits) => (address >>> bits) & 0xff).join(".");
}
