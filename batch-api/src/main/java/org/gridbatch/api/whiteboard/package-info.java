/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */

/** Calls the {@link org.gridbatch.api.JobListener}s of a framework. */
package org.gridbatch.api.whiteboard;
