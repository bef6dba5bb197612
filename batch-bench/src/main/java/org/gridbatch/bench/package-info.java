/**
 * Measures a queue as its users have it: {@code Bench} starts processes and gathers figures, {@code Driver} is the
 * process that makes the load.
 */
package org.gridbatch.bench;
