// `lambent signing`: profiles and signed packages for functions with a code signing configuration.
import { Command } from "commander";
import { signingProfileCommand } from "./signing-profile.ts";
import { signingSignCommand } from "./signing-sign.ts";

export const signingCommand = (): Command =>
  new Command("signing")
    .description("Sign packages for functions that have a code signing configuration.")
    .addCommand(signingProfileCommand())
    .addCommand(signingSignCommand());
