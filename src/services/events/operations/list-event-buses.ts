// ListEventBuses: in order of names, the default one among them.
import type { EventsHandler } from "../api.ts";
import { buses, busOutput } from "../model/bus.ts";
import { defaultBus } from "../model/names.ts";
import { cutPage } from "../model/paging.ts";
import type { EventsParts } from "../parts.ts";

export const listEventBuses =
  ({ records }: EventsParts): EventsHandler<"ListEventBuses"> =>
  async (input, context) => {
    const made = (await records.scan(context, buses)).map(({ record }) => record);
    const all = made.some(({ name }) => name === defaultBus) ? made : [{ name: defaultBus }, ...made];
    const named = all.filter(({ name }) => name.startsWith(input.NamePrefix ?? ""));
    const { page, next } = cutPage(named.toSorted((a, b) => (a.name < b.name ? -1 : 1)), input, ({ name }) => name);
    return { ...next, EventBuses: page.map((record) => busOutput(context, record)) };
  };
