/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Submitted;
import org.gridbatch.shell.byhand.ByHand;
import org.gridbatch.shell.byhand.HeldJob;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/**
 * The commands of the scope {@code queue}. Filters are applied here, to the maps as they were put and in the order in which
 * they were put, as in ACE; a job that somebody else takes meanwhile is passed over.
 */
public final class QueueCommands {
    static final String SCOPE = "queue";
    static final String[] FUNCTIONS = {"put", "get", "contains"};

    /** One get leaves room for others of the same shell, and for its node's memory. */
    static final int MOST = 200;

    private static final int MOST_CHARS = 16 << 20;

    /** What a filter would need the scripts for, which stay on the server until their jobs are taken. */
    private static final Pattern OF_SCRIPT = Pattern.compile("\\(\\s*script\\s*[~<>]?=", Pattern.CASE_INSENSITIVE);

    private final ByHand grid;
    private final Definitions definitions;
    private final Taken taken;

    QueueCommands(ByHand grid, Definitions definitions, Taken taken) {
        this.grid = grid;
        this.definitions = definitions;
        this.taken = taken;
    }

    @Descriptor("put jobs into the queue, all or none; returns the id, or the ids, when they are safe on disk")
    public Object put(
            @Descriptor("a map such as [script='echo hello' name=x]: the script, and properties for filters")
                    Object... maps) {
        List<JobSpec> jobs = new ArrayList<>();
        for (Object map : maps) {
            if (!(map instanceof Map<?, ?> definition)) {
                throw new AceCommandFailed(
                        "queue:put: '" + map + "' is no map, want one such as [script='echo hello']");
            }
            jobs.add(definitions.job(definition));
        }
        if (jobs.isEmpty() || jobs.size() > Limits.BULK) {
            throw new AceCommandFailed("queue:put: there are " + jobs.size() + " maps, want 1 to " + Limits.BULK);
        }
        List<String> ids = grid.push(jobs).stream().map(Submitted::jobId).toList();
        return ids.size() == 1 ? ids.get(0) : ids;
    }

    @Descriptor("whether there is a job to get")
    public boolean contains() {
        return !page(1, "").jobs().isEmpty();
    }

    @Descriptor("whether there is a job to get whose properties match a filter")
    public boolean contains(@Descriptor("an LDAP filter such as '(name=x)'; empty for any job") String filter) {
        if (filter == null || filter.isBlank()) return contains();
        return new Matching(filter("contains", filter)).next().isPresent();
    }

    @Descriptor("take the first job and return its map, or nothing if there is none")
    public Map<String, String> get(CommandSession session) {
        // Gogo takes a null that was meant as a filter for the session that it would add itself.
        if (session == null) throw new AceCommandFailed("queue:get: the filter is null: is a variable not set?");
        return grid.pull(session, definitions.queue(), "")
                .map(job -> taken.add(session, job))
                .orElse(null);
    }

    @Descriptor("take all jobs whose properties match a filter, at most 200, and return their maps")
    public Map<?, ?>[] get(CommandSession session, @Descriptor("an LDAP filter such as '(name=x)'") String filter) {
        Matching matching = new Matching(filter("get", filter));
        List<TakenMap> maps = new ArrayList<>();
        long chars = 0;
        try {
            for (Optional<JobView> job = matching.next();
                    job.isPresent() && maps.size() < MOST && chars < MOST_CHARS;
                    job = matching.next()) {
                Optional<HeldJob> held =
                        grid.pull(session, definitions.queue(), job.get().jobId());
                if (held.isEmpty()) continue;
                maps.add(taken.add(session, held.get()));
                chars += held.get().spec().script().length();
            }
            return maps.toArray(new Map<?, ?>[0]);
        } catch (RuntimeException e) {
            // Nobody will ever have these maps.
            GiveBack.all(maps);
            throw e;
        }
    }

    private static Filter filter(String command, String text) {
        if (OF_SCRIPT.matcher(text).find()) {
            throw new AceCommandFailed("queue:" + command + ": the filter " + text
                    + " asks for the script, but filters see the properties only");
        }
        try {
            return FrameworkUtil.createFilter(text);
        } catch (InvalidSyntaxException | NullPointerException e) {
            throw new AceCommandFailed(
                    "queue:" + command + ": '" + text + "' is no LDAP filter, want one such as '(name=x)': "
                            + e.getMessage(),
                    e);
        }
    }

    private JobPage page(int limit, String after) {
        return grid.find(JobQuery.ALL
                .withQueue(definitions.queue())
                .withStates(Set.of(JobState.AVAILABLE))
                .withLimit(limit)
                .withAfter(after));
    }

    /** The available jobs that a filter matches, page by page. */
    private final class Matching {
        private final Filter filter;
        private final List<JobView> found = new ArrayList<>();
        private String after = "";
        private boolean ended;

        Matching(Filter filter) {
            this.filter = filter;
        }

        Optional<JobView> next() {
            while (found.isEmpty() && !ended) {
                JobPage page = page(Limits.BULK, after);
                page.jobs().stream().filter(this::matches).forEach(found::add);
                after = page.next();
                ended = after.isEmpty();
            }
            return found.isEmpty() ? Optional.empty() : Optional.of(found.remove(0));
        }

        private boolean matches(JobView job) {
            Dictionary<String, String> properties = new Hashtable<>(job.tags());
            return filter.match(properties);
        }
    }
}
