/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.apache.felix.service.command.CommandProcessor;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.shell.byhand.ByHand;
import org.gridbatch.worker.gogo.ScriptRunner;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Registers the commands that scripts of Apache ACE call, where they are wanted. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.gridbatch.ace")
@Designate(ocd = AceComponent.Config.class)
public final class AceComponent {
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    @ObjectClassDefinition(name = "Gridbatch: commands of Apache ACE")
    @interface Config {
        @AttributeDefinition(
                description = "Whether there are the commands queue:put, get, contains and script:execute, "
                        + "executeAll; in a framework with ACE's own there should not be these")
        boolean commands() default false;

        @AttributeDefinition(description = "The queue that they put jobs into and get them from")
        String queue() default "ace";

        @AttributeDefinition(description = "Whether workers run what is put as well, and not only those who get it")
        boolean workers() default false;
    }

    @Activate
    public AceComponent(BundleContext context, @Reference ByHand grid, @Reference ScriptRunner scripts, Config config) {
        if (!config.commands()) return;
        checkQueue(config.queue());
        Taken taken = new Taken();
        Definitions definitions = new Definitions(scripts, config.queue(), config.workers());
        register(context, QueueCommands.SCOPE, QueueCommands.FUNCTIONS, new QueueCommands(grid, definitions, taken));
        register(context, ScriptCommands.SCOPE, ScriptCommands.FUNCTIONS, new ScriptCommands(grid, taken));
    }

    private static void checkQueue(String queue) {
        try {
            JobSpec.script("x").queue(queue).build();
        } catch (InvalidRequestException e) {
            throw new IllegalArgumentException("org.gridbatch.ace: " + e.getMessage(), e);
        }
    }

    private void register(BundleContext context, String scope, String[] functions, Object commands) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, scope);
        properties.put(CommandProcessor.COMMAND_FUNCTION, functions);
        registrations.add(context.registerService(Object.class, commands, properties));
    }

    @Deactivate
    void deactivate() {
        registrations.forEach(ServiceRegistration::unregister);
    }
}
