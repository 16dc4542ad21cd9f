// EventBridge's operations: all of the official client's, each done or refused by name.
import { type OperationTable, unsupported } from "../../protocol/operation.ts";
import type { EventsClient } from "./api.ts";
import { cancelReplay } from "./operations/cancel-replay.ts";
import { createArchive } from "./operations/create-archive.ts";
import { createEventBus } from "./operations/create-event-bus.ts";
import { deleteArchive } from "./operations/delete-archive.ts";
import { deleteEventBus } from "./operations/delete-event-bus.ts";
import { deleteRule } from "./operations/delete-rule.ts";
import { describeArchive } from "./operations/describe-archive.ts";
import { describeEventBus } from "./operations/describe-event-bus.ts";
import { describeReplay } from "./operations/describe-replay.ts";
import { describeRule } from "./operations/describe-rule.ts";
import { disableRule } from "./operations/disable-rule.ts";
import { enableRule } from "./operations/enable-rule.ts";
import { listArchives } from "./operations/list-archives.ts";
import { listEventBuses } from "./operations/list-event-buses.ts";
import { listReplays } from "./operations/list-replays.ts";
import { listRuleNamesByTarget } from "./operations/list-rule-names-by-target.ts";
import { listRules } from "./operations/list-rules.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { listTargetsByRule } from "./operations/list-targets-by-rule.ts";
import { putEvents } from "./operations/put-events.ts";
import { putPermission } from "./operations/put-permission.ts";
import { putRule } from "./operations/put-rule.ts";
import { putTargets } from "./operations/put-targets.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { removeTargets } from "./operations/remove-targets.ts";
import { startReplay } from "./operations/start-replay.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { testEventPattern } from "./operations/test-event-pattern.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateArchive } from "./operations/update-archive.ts";
import { updateEventBus } from "./operations/update-event-bus.ts";
import type { EventsParts } from "./parts.ts";

export const eventsService = (parts: EventsParts): OperationTable<EventsClient> => ({
  ActivateEventSource: unsupported,
  CancelReplay: cancelReplay(parts),
  CreateApiDestination: unsupported,
  CreateArchive: createArchive(parts),
  CreateConnection: unsupported,
  CreateEndpoint: unsupported,
  CreateEventBus: createEventBus(parts),
  CreatePartnerEventSource: unsupported,
  DeactivateEventSource: unsupported,
  DeauthorizeConnection: unsupported,
  DeleteApiDestination: unsupported,
  DeleteArchive: deleteArchive(parts),
  DeleteConnection: unsupported,
  DeleteEndpoint: unsupported,
  DeleteEventBus: deleteEventBus(parts),
  DeletePartnerEventSource: unsupported,
  DeleteRule: deleteRule(parts),
  DescribeApiDestination: unsupported,
  DescribeArchive: describeArchive(parts),
  DescribeConnection: unsupported,
  DescribeEndpoint: unsupported,
  DescribeEventBus: describeEventBus(parts),
  DescribeEventSource: unsupported,
  DescribePartnerEventSource: unsupported,
  DescribeReplay: describeReplay(parts),
  DescribeRule: describeRule(parts),
  DisableRule: disableRule(parts),
  EnableRule: enableRule(parts),
  ListApiDestinations: unsupported,
  ListArchives: listArchives(parts),
  ListConnections: unsupported,
  ListEndpoints: unsupported,
  ListEventBuses: listEventBuses(parts),
  ListEventSources: unsupported,
  ListPartnerEventSourceAccounts: unsupported,
  ListPartnerEventSources: unsupported,
  ListReplays: listReplays(parts),
  ListRuleNamesByTarget: listRuleNamesByTarget(parts),
  ListRules: listRules(parts),
  ListTagsForResource: listTagsForResource(parts),
  ListTargetsByRule: listTargetsByRule(parts),
  PutEvents: putEvents(parts),
  PutPartnerEvents: unsupported,
  PutPermission: putPermission(parts),
  PutRule: putRule(parts),
  PutTargets: putTargets(parts),
  RemovePermission: removePermission(parts),
  RemoveTargets: removeTargets(parts),
  StartReplay: startReplay(parts),
  TagResource: tagResource(parts),
  TestEventPattern: testEventPattern(),
  UntagResource: untagResource(parts),
  UpdateApiDestination: unsupported,
  UpdateArchive: updateArchive(parts),
  UpdateConnection: unsupported,
  UpdateEndpoint: unsupported,
  UpdateEventBus: updateEventBus(parts),
});
