using System.Reflection;
using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>Enums go by the same name in the store, on the wire and in messages.</summary>
internal static class JsonName
{
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    public static T Parse<T>(string name)
        where T : struct, Enum => Names<T>.ByName[name];

    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum => Names<T>.ByName.TryGetValue(name, out value);

    public static string All<T>()
        where T : struct, Enum => string.Join(", ", Names<T>.ByName.Keys);

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<string, T> ByName = Enum.GetValues<T>().ToDictionary(NameOf);
        public static readonly Dictionary<T, string> ByValue = ByName.ToDictionary(
            each => each.Value,
            each => each.Key
        );

        private static string NameOf(T value) =>
            typeof(T).GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? value.ToString().ToLowerInvariant();
    }
}
