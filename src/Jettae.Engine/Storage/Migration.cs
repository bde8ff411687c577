using System.Reflection;

namespace Jettae.Engine;

/// <summary>The scripts that bring a store up to date, numbered by their names, each one transaction.</summary>
internal static class Migration
{
    /// <summary>The scripts of a folder below this one, in their order.</summary>
    public static List<string> Of(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(name =>
                    name.StartsWith($"Jettae.Engine.Storage.{folder}._0", StringComparison.Ordinal)
                    || name.StartsWith($"Jettae.Engine.Storage.{folder}.0", StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return reader.ReadToEnd();
                }),
        ];
    }

    /// <exception cref="InvalidOperationException">The store is of a version that this program does not know yet.</exception>
    public static void Check(string store, long version, int known)
    {
        if (version > known)
            throw new InvalidOperationException(
                $"{store} was written by a newer Jettae (its tables are of version {version}, this one knows {known}). "
                    + "Use the newer one, or give this one a store of its own."
            );
    }
}
