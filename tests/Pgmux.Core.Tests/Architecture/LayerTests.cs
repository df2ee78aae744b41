using System.Reflection;
using Pgmux.Core.Hosting;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Architecture;

[TestFixture]
internal sealed class LayerTests
{
    // Each uses only those to its left.
    private static readonly string[] Folders =
    [
        "Configuration", "Diagnostics", "Authentication", "Parameters", "Statements", "Servers", "Pooling", "Cancellation", "Clients", "Handover",
        "Admin", "Hosting",
    ];

    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly Core = typeof(Multiplexer).Assembly;

    [Test]
    public void Every_type_of_Core_stands_in_a_known_folder() =>
        Assert.That(Types().Where(type => FolderOf(type) < 0), Is.Empty);

    [Test]
    public void Folders_of_Core_use_only_folders_to_their_left()
    {
        var wrong = Types()
            .SelectMany(type => UsesOf(type).Where(used => used.Assembly == Core).Distinct(), (type, used) => (User: type, Used: used))
            .Where(pair => FolderOf(pair.Used) > FolderOf(pair.User))
            .Select(pair => $"{pair.User} uses {pair.Used}")
            .Distinct();
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Protocol_and_Transport_do_not_know_each_other_and_Protocol_knows_nobody()
    {
        Assert.That(ReferencesOf(typeof(FrameReader).Assembly), Is.All.StartsWith("System.").Or.EqualTo("mscorlib").Or.EqualTo("netstandard"));
        Assert.That(ReferencesOf(typeof(EventLoop).Assembly), Has.None.StartsWith("Pgmux."));
    }

    private static IEnumerable<string> ReferencesOf(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    private static IEnumerable<Type> Types() =>
        Core.GetTypes().Where(type => type.Namespace?.StartsWith("Pgmux.Core", StringComparison.Ordinal) == true && !IsGenerated(type));

    private static bool IsGenerated(Type type) => type.FullName!.Contains("<PrivateImplementationDetails>") || type.FullName.StartsWith('<');

    private static int FolderOf(Type type) => Array.IndexOf(Folders, type.Namespace?.Split('.').ElementAtOrDefault(2));

    // Signatures, fields, base types, and what the bodies of methods name.
    private static IEnumerable<Type> UsesOf(Type type)
    {
        IEnumerable<Type?> direct =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetFields(Everything).Select(field => field.FieldType),
            .. type.GetProperties(Everything).Select(property => property.PropertyType),
            .. MethodsOf(type).SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType)),
            .. type.GetMethods(Everything).Select(method => method.ReturnType),
            .. MethodsOf(type).SelectMany(BodyUsesOf),
        ];
        return direct.OfType<Type>().SelectMany(Parts);
    }

    private static IEnumerable<MethodBase> MethodsOf(Type type) => [.. type.GetMethods(Everything), .. type.GetConstructors(Everything)];

    private static IEnumerable<Type> BodyUsesOf(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            yield break;
        }

        foreach (var local in body.LocalVariables)
        {
            yield return local.LocalType;
        }

        var code = body.GetILAsByteArray()!;
        for (var at = 0; at + 4 < code.Length; at++)
        {
            // Calls, new objects and casts: whatever follows such an opcode and resolves is what it names. A constant that looks like one
            // resolves to a type of the same module at worst, and to none mostly.
            if (code[at] is 0x28 or 0x6F or 0x73 or 0x74 or 0x75 or 0x7B or 0x7D or 0x7E && Resolve(method, BitConverter.ToInt32(code, at + 1)) is { } used)
            {
                yield return used;
            }
        }
    }

    private static Type? Resolve(MethodBase method, int token)
    {
        try
        {
            var typeArguments = method.DeclaringType!.GetGenericArguments();
            var methodArguments = method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : [];
            var member = method.Module.ResolveMember(token, typeArguments, methodArguments);
            return member as Type ?? member?.DeclaringType;
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException)
        {
            // Not a token.
            return null;
        }
    }

    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
        {
            return Parts(type.GetElementType()!);
        }

        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }
}
