using System.Globalization;

namespace Jettae.Engine;

/// <summary>
/// A <c>Upstash-Retry-Delay</c> expression: milliseconds as a function of <c>retried</c>, with <c>+ - * /</c>, unary
/// minus, parentheses and a few functions (contract §2.3). Stored as text, computed when needed.
/// </summary>
public static class RetryDelay
{
    private const int MaxLength = 1_000;
    private const int MaxDepth = 50;

    /// <summary>False, with the reason, when the expression cannot be computed.</summary>
    public static bool IsValid(string expression, out string? reason)
    {
        reason = null;
        try
        {
            Compute(expression, 0);
            return true;
        }
        catch (FormatException wrong)
        {
            reason = wrong.Message;
            return false;
        }
    }

    /// <summary>The wait; not negative, at most a day. NaN is no wait.</summary>
    /// <exception cref="FormatException">The expression is not of the form.</exception>
    public static TimeSpan Compute(string expression, int retried)
    {
        if (expression.Length > MaxLength)
            throw new FormatException($"longer than {MaxLength} characters");
        var parser = new Parser(expression, retried);
        var milliseconds = parser.Sum(0);
        parser.End();
        return double.IsNaN(milliseconds)
            ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, 86_400_000));
    }

    private ref struct Parser(ReadOnlySpan<char> text, int retried)
    {
        private readonly ReadOnlySpan<char> text = text;
        private int at;

        public double Sum(int depth)
        {
            var value = Product(depth);
            while (true)
            {
                if (Take('+'))
                    value += Product(depth);
                else if (Take('-'))
                    value -= Product(depth);
                else
                    return value;
            }
        }

        public void End()
        {
            if (Peek() is { } more)
                throw new FormatException($"unexpected '{more}' at position {at + 1}");
        }

        private double Product(int depth)
        {
            var value = Factor(depth);
            while (true)
            {
                if (Take('*'))
                    value *= Factor(depth);
                else if (Take('/'))
                    value /= Factor(depth);
                else
                    return value;
            }
        }

        private double Factor(int depth)
        {
            if (depth > MaxDepth)
                throw new FormatException($"nested deeper than {MaxDepth}");
            if (Take('-'))
                return -Factor(depth + 1);
            if (Take('('))
            {
                var inner = Sum(depth + 1);
                Expect(')');
                return inner;
            }
            return Peek() switch
            {
                { } c when char.IsAsciiDigit(c) || c == '.' => Number(),
                { } c when char.IsAsciiLetter(c) => Named(depth),
                { } c => throw new FormatException($"unexpected '{c}' at position {at + 1}"),
                null => throw new FormatException("ends too early"),
            };
        }

        private double Number()
        {
            var from = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            return double.TryParse(
                text[from..at],
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var value
            )
                ? value
                : throw new FormatException($"'{text[from..at]}' is no number");
        }

        private double Named(int depth)
        {
            var from = at;
            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
                at++;
            var name = text[from..at];
            if (name is "retried")
                return retried;
            Expect('(');
            var first = Sum(depth + 1);
            switch (name)
            {
                case "exp":
                    return Close(Math.Exp(first));
                case "sqrt":
                    return Close(Math.Sqrt(first));
                case "abs":
                    return Close(Math.Abs(first));
                case "floor":
                    return Close(Math.Floor(first));
                case "ceil":
                    return Close(Math.Ceiling(first));
                case "round":
                    return Close(Math.Round(first, MidpointRounding.AwayFromZero));
                case "pow":
                    Expect(',');
                    return Close(Math.Pow(first, Sum(depth + 1)));
                case "min" or "max":
                    Expect(',');
                    do
                    {
                        var other = Sum(depth + 1);
                        first = name is "min" ? Math.Min(first, other) : Math.Max(first, other);
                    } while (Take(','));
                    return Close(first);
                default:
                    throw new FormatException(
                        $"'{name}' is neither retried nor pow, exp, sqrt, abs, floor, ceil, round, min or max"
                    );
            }
        }

        private double Close(double value)
        {
            Expect(')');
            return value;
        }

        private void Expect(char c)
        {
            if (!Take(c))
                throw new FormatException($"'{c}' expected at position {at + 1}");
        }

        private bool Take(char c)
        {
            if (Peek() != c)
                return false;
            at++;
            return true;
        }

        private char? Peek()
        {
            while (at < text.Length && text[at] is ' ' or '\t')
                at++;
            return at < text.Length ? text[at] : null;
        }
    }
}
