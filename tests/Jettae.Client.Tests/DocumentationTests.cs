using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Jettae.Client.Tests;

/// <summary>What the package's documentation says beside each method.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Every_public_method_has_an_example()
    {
        var assembly = typeof(QStashClient).Assembly;
        var documented = XDocument
            .Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member")
            .Where(member => member.Element("example") is not null || member.Element("inheritdoc") is not null)
            .Select(member => (string)member.Attribute("name")!)
            .Select(name => name.Split('(', '`')[0])
            .ToHashSet();
        const BindingFlags Own =
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var methods = assembly
            .GetExportedTypes()
            .SelectMany(type => type.GetMethods(Own))
            .Where(method => !method.IsSpecialName && !method.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Select(method => $"M:{method.DeclaringType!.FullName!.Replace('+', '.')}.{method.Name}")
            .Distinct()
            .ToList();
        Assert.True(methods.Count > 40);
        Assert.Empty(methods.Except(documented));
    }
}
