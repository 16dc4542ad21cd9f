// Runtimes that AWS accepts and that we cannot run yet, or that AWS itself has long retired.
import { runtimeNotInstalled } from "./faults.ts";
import type { Language } from "./language.ts";

const coming =
  "dotnet10 dotnet8 dotnet6";
const retired =
  "nodejs16.x nodejs14.x nodejs12.x nodejs10.x nodejs8.10 nodejs6.10 nodejs4.3 nodejs4.3-edge nodejs python3.7 python3.6 " +
  "python2.7 java8 dotnetcore3.1 dotnetcore2.1 dotnetcore2.0 dotnetcore1.0 ruby2.7 ruby2.5 go1.x";

export function createUnsupportedLanguage(): Language {
  const comingIds = coming.split(" ");
  const howToInstall = (id: string): string => {
    if (id === "custom") return "Customer-managed runtimes are not supported yet: use provided.al2023 with a bootstrap.";
    if (comingIds.includes(id)) {
      return "This version of Lambent cannot run it yet: use provided.al2023 with a bootstrap that starts it.";
    }
    return "AWS has retired it and Lambent does not run it: move the function to a newer runtime of its language.";
  };
  return {
    ids: [...comingIds, ...retired.split(" "), "custom"],
    find: () => Promise.resolve([]),
    howToInstall,
    install: (id) => Promise.reject(runtimeNotInstalled(id, howToInstall(id))),
  };
}
