// Runtimes that AWS accepts and that we do not run: those that AWS itself has long retired.
import { runtimeNotInstalled } from "./faults.ts";
import type { Language } from "./language.ts";

const retired =
  "nodejs16.x nodejs14.x nodejs12.x nodejs10.x nodejs8.10 nodejs6.10 nodejs4.3 nodejs4.3-edge nodejs python3.7 python3.6 " +
  "python2.7 java8 dotnetcore3.1 dotnetcore2.1 dotnetcore2.0 dotnetcore1.0 ruby2.7 ruby2.5 go1.x";

export const createUnsupportedLanguage = (): Language => ({
  ids: [...retired.split(" "), "custom"],
  find: () => Promise.resolve([]),
  howToInstall,
  install: (id) => Promise.reject(runtimeNotInstalled(id, howToInstall(id))),
});

const howToInstall = (id: string): string =>
  id === "custom"
    ? "Customer-managed runtimes are not supported yet: use provided.al2023 with a bootstrap."
    : "AWS has retired it and Lambent does not run it: move the function to a newer runtime of its language.";
