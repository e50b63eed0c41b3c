using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class WorkerMemory : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "bfloat16",
                table: "workers",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "memory_bytes",
                table: "workers",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "predicted_memory_bytes",
                table: "jobs",
                type: "bigint",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "bfloat16",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "memory_bytes",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "predicted_memory_bytes",
                table: "jobs");
        }
    }
}
