// Credentials that functions carry for their execution role. The gateway verifies them; the engine only asks for some.

export interface RoleCredentials {
  /** Fresh temporary credentials of a function's role, good until revoked. */
  issue(roleArn: string, source: SessionSource): SessionCredentials;
  /** Forgets them: the environment that held them has ended. */
  revoke(accessKeyId: string): void;
}

/** Who holds the credentials. */
export interface SessionSource {
  readonly sessionName: string;
  /** Of the function, without a qualifier. */
  readonly functionArn: string;
}

export interface SessionCredentials {
  /** Begins with `ASIA`. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}
