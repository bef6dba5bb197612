/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.lang.reflect.Field;
import java.util.Collection;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.service.command.Job;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets statements that have ended. Gogo keeps each with its streams, some 50 KiB, until the statement around it has
 * ended: a loop of a few thousand turns would fill the memory of its node. The list is in a field that has no accessor.
 */
final class EndedStatements {
    private static final Logger LOG = LoggerFactory.getLogger(EndedStatements.class);
    private static final Field CHILDREN = children();

    private EndedStatements() {}

    private static Field children() {
        try {
            Class<?> type = Class.forName(
                    CommandSessionImpl.class.getName() + "$JobImpl", false, CommandSessionImpl.class.getClassLoader());
            Field field = type.getDeclaredField("children");
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn(
                    "this version of Gogo keeps what statements inside of loops leave: long loops need much memory", e);
            return null;
        }
    }

    static void forget(Job ended) {
        Job around = ended.parent();
        if (around == null || CHILDREN == null) return;
        try {
            Object children = CHILDREN.get(around);
            // Gogo itself holds the same lock when it adds one.
            synchronized (children) {
                ((Collection<?>) children).remove(ended);
            }
        } catch (IllegalAccessException e) {
            throw new AssertionError("the field was made accessible", e);
        }
    }
}
