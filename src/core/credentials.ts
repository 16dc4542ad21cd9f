// Credentials that functions carry for their execution role. The gateway verifies them; the engine only asks for some.

export interface RoleCredentials {
  /** Fresh temporary credentials of a role, good until revoked. */
  issue(roleArn: string, sessionName: string): SessionCredentials;
  /** Forgets them: the environment that held them has ended. */
  revoke(accessKeyId: string): void;
}

export interface SessionCredentials {
  /** Begins with `ASIA`. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}
