import { provesRoundTrips } from "./round-trip.case.ts";

await provesRoundTrips("awsQuery");
