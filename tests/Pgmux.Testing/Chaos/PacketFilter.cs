using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pgmux.Testing.Chaos;

/// <summary>
/// Makes the kernel lose packets that arrive at a socket of ours, by a classic BPF program on it. A packet dropped there is not even
/// acknowledged, so the sender sees what it sees when a firewall drops: retransmissions, no FIN, no RST. It needs no right that an
/// ordinary user lacks. See socket(7), SO_ATTACH_FILTER.
/// </summary>
internal static class PacketFilter
{
    private const int SocketLevel = 1;
    private const int AttachFilter = 26;
    private const int DetachFilter = 27;

    // Instructions of linux/filter.h: code (2 bytes), jump if true, jump if false, operand (4 bytes).
    private const int InstructionBytes = 8;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort Return = 0x06;

    // SKF_AD_OFF + SKF_AD_RANDOM: a load from this place is a random number of 32 bits.
    private const uint RandomNumber = unchecked((uint)(-0x1000 + 56));
    private const uint WholePacket = uint.MaxValue;

    /// <summary>Loses every packet until <see cref="Remove"/>.</summary>
    public static void DropAll(Socket socket) => Attach(socket, (Return, 0, 0, 0));

    /// <summary>Loses a share of the packets. Which ones is the kernel's random choice, which no seed repeats.</summary>
    public static void DropShare(Socket socket, double share) => Attach(
        socket,
        (LoadWord, 0, 0, RandomNumber),
        (JumpIfAtLeast, 1, 0, (uint)(share * uint.MaxValue)),
        (Return, 0, 0, 0),
        (Return, 0, 0, WholePacket));

    public static void Remove(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(SocketLevel, DetachFilter, new byte[sizeof(int)]);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            // What .NET makes of ENOENT: there was no filter.
        }
    }

    private static void Attach(Socket socket, params (ushort Code, byte IfTrue, byte IfFalse, uint Operand)[] program)
    {
        var code = new byte[program.Length * InstructionBytes];
        for (var n = 0; n < program.Length; n++)
        {
            var instruction = code.AsSpan(n * InstructionBytes, InstructionBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(instruction, program[n].Code);
            instruction[2] = program[n].IfTrue;
            instruction[3] = program[n].IfFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], program[n].Operand);
        }

        var pinned = GCHandle.Alloc(code, GCHandleType.Pinned);
        try
        {
            // struct sock_fprog: the number of instructions, then, at the place of a pointer, where they stand.
            var description = new byte[2 * IntPtr.Size];
            BinaryPrimitives.WriteUInt16LittleEndian(description, (ushort)program.Length);
            BinaryPrimitives.WriteInt64LittleEndian(description.AsSpan(IntPtr.Size), pinned.AddrOfPinnedObject());
            socket.SetRawSocketOption(SocketLevel, AttachFilter, description);
        }
        finally
        {
            pinned.Free();
        }
    }
}
