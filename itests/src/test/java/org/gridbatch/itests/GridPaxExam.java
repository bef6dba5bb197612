/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.runner.notification.RunNotifier;
import org.junit.runners.model.FrameworkMethod;
import org.junit.runners.model.InitializationError;
import org.junit.runners.model.TestClass;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/**
 * Runs a Pax Exam test inside one framework while other frameworks run beside it, each in a process of its own: those
 * that the test class's static {@link OtherFramework} methods describe.
 */
public final class GridPaxExam extends PaxExam {
    private final TestClass test;

    /** Marks a public static method that returns the {@code Option[]} of another framework. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    public @interface OtherFramework {}

    public GridPaxExam(Class<?> test) throws InitializationError {
        super(test);
        this.test = new TestClass(test);
    }

    @Override
    public void run(RunNotifier notifier) {
        Deque<TestContainer> others = new ArrayDeque<>();
        try {
            for (FrameworkMethod method : test.getAnnotatedMethods(OtherFramework.class)) {
                TestContainer other = PaxExamRuntime.createContainer(
                        PaxExamRuntime.createTestSystem((Option[]) method.invokeExplosively(null)));
                other.start();
                others.push(other);
            }
            super.run(notifier);
        } catch (IOException e) {
            throw new IllegalStateException("cannot start another framework", e);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            others.forEach(TestContainer::stop);
        }
    }
}
