/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.felix.gogo.runtime.Closure;
import org.gridbatch.api.Changed;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Submitted;
import org.gridbatch.worker.gogo.Closures;

/**
 * Turns the arguments of a command, which Gogo gives as objects, into words: a job stands for its id, a closure for its
 * text, and a list for its elements, so that what one command returned can be given to the next.
 */
final class Words {
    private Words() {}

    /** @throws CommandFailed if an argument is null, which Gogo makes of an unset variable */
    static List<String> of(List<Object> arguments) {
        List<String> words = new ArrayList<>();
        for (Object argument : arguments) add(argument, words);
        return words;
    }

    /** Whether an argument stands for several. */
    static boolean isList(Object argument) {
        return argument instanceof Collection<?> || argument instanceof Object[];
    }

    /**
     * How long from now on.
     *
     * @throws CommandFailed if it is neither a duration nor a time to come
     */
    static Duration delay(String word) {
        try {
            return Times.here().until(word);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(e.getMessage(), e);
        }
    }

    private static void add(Object argument, List<String> words) {
        if (argument == null) {
            throw new CommandFailed("an argument is null: is a variable not set?");
        }
        if (argument instanceof Collection<?> list) {
            for (Object element : list) add(element, words);
        } else if (argument instanceof Object[] array) {
            add(Arrays.asList(array), words);
        } else {
            words.add(word(argument));
        }
    }

    private static String word(Object argument) {
        if (argument instanceof Submitted job) return job.jobId();
        if (argument instanceof JobView job) return job.jobId();
        if (argument instanceof JobDetail job) return job.view().jobId();
        if (argument instanceof ExecutingJob job) return job.view().jobId();
        if (argument instanceof PulledJob job) return job.jobId();
        if (argument instanceof Changed job) return job.newJobId().isEmpty() ? job.jobId() : job.newJobId();
        if (argument instanceof Closure closure) return text(closure);
        return argument.toString();
    }

    private static String text(Closure closure) {
        try {
            return Closures.text(closure);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(e.getMessage(), e);
        }
    }
}
