// Times as Lambda prints them in text.

/** `2026-01-31T12:00:00.000+0000` */
export const formatTime = (timeMs: number): string => new Date(timeMs).toISOString().replace("Z", "+0000");
