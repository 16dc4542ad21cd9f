import { provesRoundTrips } from "./round-trip.case.ts";

await provesRoundTrips("awsJson1_1");
