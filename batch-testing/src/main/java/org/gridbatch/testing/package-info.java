/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */

/** The queue in memory, for tests of code that uses it. */
package org.gridbatch.testing;
