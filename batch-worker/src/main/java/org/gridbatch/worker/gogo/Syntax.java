/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.gogo.runtime.Parser.Statement;
import org.apache.felix.gogo.runtime.SyntaxError;
import org.apache.felix.gogo.runtime.Token;

/** Reads a script without running it. */
final class Syntax {
    private static final int STATEMENT_CHARS = 200;
    private static final int NAME_CHARS = 60;
    /** More would not be read. */
    private static final int MOST_UNSEEN = 20;

    /** A name that is not put together when it runs: no variable, quote, escape, brace or wildcard. */
    private static final String DYNAMIC = "$\"'\\{}()[]%*?~";

    /** What can be the name of a command at all. */
    private static final Pattern NAME = Pattern.compile("([^\\s:]+:)?[^\\s:]+");
    /** The control flow of every Gogo that people use, from gogo.shell or from gogo.jline. */
    private static final Set<String> KEYWORDS =
            Set.of("if", "not", "each", "while", "until", "try", "throw", "break", "continue");
    /** They run text, or register commands, where no parser sees it. */
    private static final Set<String> DEFINE = Set.of("eval", "source", "addcommand");
    /** What makes jobs of the scripts in braces that it is given. */
    private static final Set<String> PUSH =
            Set.of("push", "push-each", "on-each", "batch:push", "batch:push-each", "batch:on-each");

    private static final Set<String> CRON = Set.of("cron", "batch:cron");
    private static final Set<String> JOB = Set.of("$job", "${job}");

    private Syntax() {}

    static ScriptCheck check(String text) {
        return check(text, true);
    }

    /** Without the commands: a script that is about to run is only to be told from none. */
    static ScriptCheck parse(String text) {
        return check(text, false);
    }

    private static ScriptCheck check(String text, boolean withCommands) {
        try {
            List<Statement> statements = statements(text);
            if (!withCommands) return new ScriptCheck(List.of(), List.of(), List.of());
            List<Statement> ran = withoutPushed(statements);
            return new ScriptCheck(List.of(), commands(ran), unseen(ran));
        } catch (SyntaxError e) {
            // Gogo counts both from 0.
            return broken(e.line() + 1, e.column() + 1, e.getMessage());
        } catch (StackOverflowError e) {
            return broken(1, 1, "nested too deeply");
        } catch (RuntimeException e) {
            return broken(1, 1, "the parser cannot read it: " + e);
        }
    }

    private static ScriptCheck broken(int line, int column, String message) {
        return new ScriptCheck(
                List.of(new ScriptCheck.Problem(Math.max(1, line), Math.max(1, column), String.valueOf(message))),
                List.of(),
                List.of());
    }

    private static List<Statement> statements(String text) {
        Parser parser = new Parser(text);
        parser.program();
        return parser.statements();
    }

    /** Without the scripts in braces that become jobs of their own: what those call is needed where they run. */
    private static List<Statement> withoutPushed(List<Statement> statements) {
        Set<String> own = assigned(statements);
        List<Token> pushed = statements.stream()
                .filter(statement -> pushes(statement, own))
                .flatMap(statement -> statement.tokens().stream())
                .filter(Parser.Closure.class::isInstance)
                .toList();
        return statements.stream()
                .filter(statement -> pushed.stream().noneMatch(script -> contains(script, statement)))
                .toList();
    }

    private static boolean contains(Token outer, Token inner) {
        return inner.start() >= outer.start() && inner.start() < outer.start() + outer.length();
    }

    private static boolean pushes(Statement statement, Set<String> own) {
        List<Token> tokens = statement.tokens();
        List<Token> words = assigns(tokens) ? tokens.subList(2, tokens.size()) : tokens;
        if (words.size() < 2) return false;
        String name = words.get(0).toString().toLowerCase(Locale.ROOT);
        if (JOB.contains(name)) return Token.eq("push", words.get(1));
        if (own.contains(name)) return false;
        return PUSH.contains(name) || CRON.contains(name) && Token.eq("add", words.get(1));
    }

    /** The variables that a script sets; what one holds may be a closure, also when a command made it. */
    private static Set<String> assigned(List<Statement> statements) {
        return statements.stream()
                .map(Statement::tokens)
                .filter(Syntax::assigns)
                .map(tokens -> tokens.get(0).toString())
                .collect(Collectors.toSet());
    }

    private static List<String> commands(List<Statement> statements) {
        Set<String> own = assigned(statements);
        Set<String> called = new TreeSet<>();
        for (Statement statement : statements) {
            List<Token> tokens = statement.tokens();
            if (tokens.isEmpty()) continue;
            Token name = called(tokens);
            if (name != null && isCommand(name)) called.add(name.toString());
        }
        called.removeAll(own);
        List<String> commands = called.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
        // Text that is run can define any of the names.
        if (commands.stream().anyMatch(name -> DEFINE.contains(function(name)))) return List.of();
        return commands.stream()
                .filter(name -> !KEYWORDS.contains(function(name)))
                .sorted()
                .toList();
    }

    private static boolean assigns(List<Token> tokens) {
        return tokens.size() > 1 && Token.eq("=", tokens.get(1));
    }

    /** What a statement calls; null if it only assigns: {@code x = word} calls nothing, unless arguments follow. */
    private static Token called(List<Token> tokens) {
        if (tokens.isEmpty() || assigns(tokens) && tokens.size() < 4) return null;
        return tokens.get(assigns(tokens) ? 2 : 0);
    }

    private static List<ScriptCheck.Problem> unseen(List<Statement> statements) {
        return statements.stream()
                .map(statement -> called(statement.tokens()))
                .filter(Objects::nonNull)
                .sorted(Comparator.<Token>comparingInt(Token::line).thenComparingInt(Token::column))
                .flatMap(name -> unseen(name).stream())
                .limit(MOST_UNSEEN)
                .toList();
    }

    private static Optional<ScriptCheck.Problem> unseen(Token name) {
        String text = Texts.line(name, NAME_CHARS);
        String why = null;
        if (name instanceof Parser.Sequence || isPutTogether(name)) {
            why = "only running it tells what " + text + " is, and what it calls";
        } else if (isCommand(name) && DEFINE.contains(function(text.toLowerCase(Locale.ROOT)))) {
            why = "what " + text + " runs is not looked at, so the job needs no commands";
        }
        return Optional.ofNullable(why)
                .map(message -> new ScriptCheck.Problem(name.line() + 1, name.column() + 1, message));
    }

    private static boolean isPutTogether(Token name) {
        boolean block = name instanceof Parser.Closure || name instanceof Parser.Array;
        // "%(" begins a calculation, which calls nothing.
        return !block && !name.toString().startsWith("%") && name.chars().anyMatch(c -> DYNAMIC.indexOf(c) >= 0);
    }

    private static boolean isCommand(Token name) {
        if (name instanceof Parser.Closure || name instanceof Parser.Sequence || name instanceof Parser.Array) {
            return false;
        }
        return name.chars().noneMatch(c -> DYNAMIC.indexOf(c) >= 0)
                && NAME.matcher(name).matches()
                && !Character.isDigit(name.charAt(0))
                && !Set.of("true", "false", "null").contains(name.toString().toLowerCase(Locale.ROOT));
    }

    private static String function(String command) {
        return command.substring(command.indexOf(':') + 1);
    }

    /**
     * The statement at a place in the script, for people.
     *
     * @param location as Gogo writes it, {@code line.column}; anything else has no place
     */
    static String place(String text, String location) {
        int dot = location.indexOf('.');
        if (dot < 1) return "";
        try {
            int line = Integer.parseInt(location.substring(0, dot));
            int column = Integer.parseInt(location.substring(dot + 1));
            String where = "line " + (line + 1) + ", column " + (column + 1);
            for (Statement statement : statements(text)) {
                List<Token> tokens = statement.tokens();
                if (!tokens.isEmpty()
                        && tokens.get(0).line() == line
                        && tokens.get(0).column() == column) {
                    return where + ": " + Texts.line(statement, STATEMENT_CHARS);
                }
            }
            return where;
        } catch (RuntimeException | StackOverflowError e) {
            // A place in text that the script itself made; it would mislead.
            return "";
        }
    }
}
